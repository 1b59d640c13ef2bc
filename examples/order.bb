// [snippet order]
package shop;

// For whom an order is handled, and what it took so far.
bag Order [number = 10] {
    string customer = 1 [log = plain, label = "customer", max = 64];
    set<string> experiments = 2;
    counter rows_read = 3;
    max<int32> longest_queue = 4;
}
// [end]
