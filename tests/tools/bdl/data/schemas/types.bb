package types;

/* Every type. */
bag Everything {
    taint a_taint = 1;
    bool a_bool = 2;
    int32 an_int32 = 3;
    int64 an_int64 = 4;
    sint32 a_sint32 = 5;
    sint64 a_sint64 = 6;
    fixed32 a_fixed32 = 7;
    fixed64 a_fixed64 = 8;
    sfixed32 a_sfixed32 = 9;
    sfixed64 a_sfixed64 = 10;
    float a_float = 11;
    double a_double = 12;
    string a_string = 13;
    bytes some_bytes = 14;
    All a_struct = 15;
    Everything itself = 16;
    Later later = 17;
    set<taint> taints = 20;
    set<double> doubles = 21;
    set<All> structs = 22;
    map<bytes, string> texts = 30;
    map<bool, taint> taints_by_bool = 31;
    map<int64, All> structs_by_number = 32;
    map<string, set<All>> sets = 33;
    map<string, Later> later_by_name = 34;
    map<string, Everything> others_by_name = 35;
    map<string, map<int32, map<taint, set<sint64>>>> deep = 36;
    map<string, map<string, counter<>>> counters = 37;
    map<string, last<string>> last_by_name = 38;
    map<double, callpath<1>> paths = 39;
    map<string, min<fixed32>> least = 40;
    map<string, max<bytes>> greatest = 41;
    min<bool> min_bool = 50;
    min<string> min_string = 51;
    max<int32> max_int32 = 52;
    max<string> max_string = 53;
    last<int64> last_int64 = 54;
    last<All> last_struct = 55;
    callpath<255> trail = 60;
}

bag Later [number = 4294967295] {
    Everything back = 4294967295;
}

bag Nothing {
}

// Both come behind what they hold.
struct Outer {
    All all;
    Empty empty;
}

struct All {
    taint a_taint;
    bool a_bool;
    int32 an_int32;
    int64 an_int64;
    sint32 a_sint32;
    sint64 a_sint64;
    fixed32 a_fixed32;
    fixed64 a_fixed64;
    sfixed32 a_sfixed32;
    sfixed64 a_sfixed64;
    float a_float;
    double a_double;
    // Text.
    string a_string;
    bytes some_bytes;
    Empty empty;
}

struct Empty {
}
