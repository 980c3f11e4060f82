"""The fakes and the real edges through one suite: what holds for one holds for the other."""
