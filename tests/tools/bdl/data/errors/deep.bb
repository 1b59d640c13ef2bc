bag A {
    map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, int32>>>>>>>>>>>>>>> m = 1;
    map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, map<string, int32>>>>>>>>>>>>>>>> n = 2;
}
