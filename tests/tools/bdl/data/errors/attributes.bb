bag Tenant [numbr = 10, number = "x"] {
    string name = 1 [send = insde, log = hash, log = plain];
    string shown = 2 [log_as = "x"];
    set<string> groups = 3 [label = "group", max = 0];
    string label = 4 [labl = "x", label = "a-b", colour = red];
    string open = 5 [max = 3;
    string none = 6 [];
    string word = 7 [default = text];
    string span = 8 [span = yes];
}
bag Other [number = 5] {
}
bag Third [number = 5] {
}
bag Zero [number = 0] {
}
