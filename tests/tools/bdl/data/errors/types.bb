package a;
bag A {
	strng x = 1;
	map<string, Sett> ä = 2; flag f = 3;
	map<string, str> u = 4;
}
struct Set1 {}
