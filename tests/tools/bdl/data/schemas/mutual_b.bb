package mutual.b;

import "mutual_a.bb";
import "tenant.bb";

bag B {
    A a = 1;
    Mine mine = 2;
    acme.requests.Tenant tenant = 3;
}

struct Point {
    float x;
}
