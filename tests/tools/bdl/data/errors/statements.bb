package a. b;
import "nowhere.bb";
bag A {} bag B {}
import "b.bb";
package c;
bga C {
}
bag 7 {
}
