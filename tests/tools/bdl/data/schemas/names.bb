package class.std.ctx;

// A comment that would go on \
// And one with ??/
// and a   tab	in it.
bag A_name_so_long_that_the_line_of_its_class_must_be_broken_somewhere_but_cannot_be {
    int32 an_index_with_a_long_name_that_makes_the_lines_of_its_setter_as_long_as_they_get = 1;
    map<string, set<string>> a_map_with_a_long_name_that_breaks_its_lines_near_the_end = 2;
    map<string, map<string, last<double>>> a_map_of_maps_with_a_long_name_that_breaks_lines = 3;
    set<A_struct_that_has_a_long_name_so_that_lines_are_broken> a_set_of_these_structs = 4;
    map<bytes, A_struct_that_has_a_long_name_so_that_lines_are_broken> a_map_to_them_all = 5;
    map<int32, Bag> bags = 1000000;
    int32 f6 = 2000000; int32 f7 = 2000001; int32 f8 = 2000002; int32 f9 = 2000003;
    int32 f10 = 2000004; int32 f11 = 2000005; int32 f12 = 2000006; int32 f13 = 2000007;
    int32 f14 = 2000008; int32 f15 = 2000009; int32 f16 = 2000010; int32 f17 = 2000011;
}

struct A_struct_that_has_a_long_name_so_that_lines_are_broken {
    string visit;
    string class;
    int32 Bag_;
}

// Members of the base class, and of C++.
bag Bag [number = 7] {
    Bag Bag = 1;
    string add = 2;
    string at = 3;
    string clear = 4;
    string get = 5;
    string with = 6;
    string number = 7;
    string fields = 8;
    string set = 9;
    string bag = 10;
    string view = 11;
    string path = 12;
    string baggage = 13;
    string value = 14;
    set<string> hop = 15;
    std std = 16;
    map<string, std> ctx = 17;
    counter errno = 18;
    last<string> edit = 19;
    Other Other = 20;
    Location Location = 21;
    bool empty = 22;
    bool overflow = 23;
    callpath<3> key = 24;
    string from = 25;
    string read = 26;
    taint taint = 27;
    counter by = 28;
}

bag Location {
}

struct Other {
    string Other;
    std std;
}

struct std {
    string std;
}
