package acme.requests;

// For whom a request is handled.
//
// Set at the edge, read everywhere. Longer than a line of the header may be, so that it has to be wrapped somewhere, and it is: at a blank.
bag Tenant [number = 10] {
    // The name that the customer chose.
    string name = 1 [send = inside, log = hash, label = "tenant", max = 64];
    int32 tier = 2 [log = plain, log_as = "tenant.tier", span = true, default = "0"];
    taint sampled = 3;
    counter rows = 4 [log = plain, label = "rows"];
    set<string> groups = 5 [send = none, max = 200];
    max<double> worst_load = 6 [send = partner, log = mask];
    last<string> route = 7;
    callpath<8> hops = 8;
    min<int64> deadline = 9 [span = false];
}

bag Elsewhere {
    string name = 1 [label = "elsewhere", default = "a \ and ??/ and ä"];
    map<string, Tenant> tenants = 2 [send = none];
}
