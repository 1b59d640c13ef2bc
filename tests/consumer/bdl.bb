package consumer;

bag Tenant [number = 10] {
    string name = 1;
    counter rows = 2;
}
