// ctx/executors.hpp: everything of the executors layer that needs no third-party library.

#pragma once

#include <ctx/executors/bind.hpp>
#include <ctx/executors/callback.hpp>
#include <ctx/executors/cancellation.hpp>
#include <ctx/executors/carried.hpp>
#include <ctx/executors/channel.hpp>
#include <ctx/executors/coroutine.hpp>
#include <ctx/executors/executor.hpp>
#include <ctx/executors/future.hpp>
#include <ctx/executors/senders.hpp>
#include <ctx/executors/thread.hpp>
