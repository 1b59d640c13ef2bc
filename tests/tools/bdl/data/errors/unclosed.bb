bag A {
    string name = 1;

bag B {
    string name = 1; /* and so on
}
