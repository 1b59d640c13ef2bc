package mutual.b;

import "mutual_a.bb";
import "reference.bb";

bag B {
    A a = 1;
    Mine mine = 2;
    ExampleBag example = 3;
}

struct Point {
    float x;
}
