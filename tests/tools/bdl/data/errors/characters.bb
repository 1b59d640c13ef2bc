bag A {
    string ä = 1;
    string x = "open;
    int32 _y = 2;
    int32 y = -2;
    int32 z = 3 % $;
}
