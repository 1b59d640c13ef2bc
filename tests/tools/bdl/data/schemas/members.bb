// Bags whose names are those of functions that every bag has.
package members;

bag set [number = 70] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, set> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    set h = 8;
}

bag clear [number = 71] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, clear> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    clear h = 8;
}

bag add [number = 72] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, add> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    add h = 8;
}

bag remove [number = 73] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, remove> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    remove h = 8;
}

bag increment [number = 74] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, increment> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    increment h = 8;
}

bag read [number = 75] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, read> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    read h = 8;
}

bag at [number = 76] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, at> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    at h = 8;
}

bag number [number = 77] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, number> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    number h = 8;
}

bag key [number = 78] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, key> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    key h = 8;
}

bag get [number = 79] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, get> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    get h = 8;
}

bag with [number = 80] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, with> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    with h = 8;
}

bag fields [number = 81] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, fields> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    fields h = 8;
}

bag path [number = 82] {
    string a = 1;
    set<string> b = 2;
    counter c = 3;
    map<string, path> d = 4;
    callpath<3> e = 5;
    taint f = 6;
    last<string> g = 7;
    path h = 8;
}
