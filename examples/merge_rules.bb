package rules;

struct Range {
    int32 from;
    int32 to;
}

bag Part {
    string name = 1;
    max<int32> worst = 2;
}

// One field of each kind, for examples/merge_rules.cpp.
bag Rules [number = 10] {
    string text = 1;
    bool flag = 2;
    int32 plain = 3;
    sint32 either_sign = 4;
    sfixed32 four_bytes = 5;
    double real = 6;
    taint sampled = 7;
    min<sint32> least = 8;
    max<int32> greatest = 9;
    last<string> newest = 10;
    set<string> tags = 11;
    map<string, string> labels = 12;
    counter rows = 13;
    callpath<3> hops = 14;
    Range range = 15;
    Part part = 16;
}
