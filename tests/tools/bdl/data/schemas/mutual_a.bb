package mutual.a;

import "mutual_b.bb";

bag A {
    mutual.b.B b = 1;
    set<Point> points = 2;
    map<string, B> more = 3;
}

struct Mine {
    int32 x;
}
