// [snippet tracing]
package tracing;

// Which events of a task led here: enough to draw the graph of an execution.
bag Task [number = 5] {
    fixed64 id = 1;
    set<fixed64> parents = 2;
}
// [end]
