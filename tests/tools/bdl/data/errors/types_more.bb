// Types that do not fit.
bag A {
    set <string> blank = 1;
    set<set<int32>> nested = 2;
    set<A> of_bag = 3;
    map<B, string> key = 4;
    list<string> list = 5;
    sett<string> near = 6;
    counter<int32> count = 7;
    min<taint> least = 8;
    max<S> most = 9;
    last<A> latest = 10;
    callpath<256> path = 11;
    callpath<string> path_2 = 12;
    set<string>glued = 13;
    a .b.C qualified = 14;
    map<string, set<A>> inside = 15;
}
struct S {
    set<int32> x;
    A a;
    T t;
}
struct T {
    S s;
}
