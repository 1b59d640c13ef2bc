bag A {
    int32 x = 1;
    int32 x = 2;
    int32 y = 1;
    int32 z = 4294967296
    int32 without;
    int32 = 3;
    int32 broken
        = 4;
    9 bad = 5;
    int32 fine = 6;
}
struct S {
    int32 x = 1;
    int32 y [max = 3];
    int32 x2;
    int32 x2;
}
bag A {
}
