// ctx/testing.hpp: everything that tests of code with contexts may want. Needs GoogleTest.

#pragma once

#include <ctx/testing/context_checks.hpp>
#include <ctx/testing/coroutine_contract.hpp>
#include <ctx/testing/event.hpp>
#include <ctx/testing/executor_contract.hpp>
#include <ctx/testing/hop_pool.hpp>
#include <ctx/testing/logger_contract.hpp>
