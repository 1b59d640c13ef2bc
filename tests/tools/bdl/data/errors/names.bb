bag A {
    int32 x = 1;
    int32 set_x = 2;
    int32 class = 3;
    string class_ = 4;
    map<string, set<string>> tags = 5;
    bool remove_from_tags = 6;
    bool clear_only = 7;
}
bag union {
}
bag union_ {
}
