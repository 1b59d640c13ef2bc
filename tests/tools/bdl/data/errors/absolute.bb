import "/etc/x.bb";
bag A {
    Missing m = 1;
    int32 x = 2
}
