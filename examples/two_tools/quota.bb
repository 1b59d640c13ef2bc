// [snippet quota]
package quota;

// Who pays for a request, and what it used.
bag Usage [number = 9] {
    string tenant = 1 [send = partner, log = plain, label = "tenant", max = 64];
    counter rows = 2;
    max<int32> queue = 3;
}
// [end]
