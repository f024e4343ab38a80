"""What a command says to whatever started it."""

OK, FLAGS, HELD, NOT_PUBLISHED, SILENT, CRASH, BUSY = 0, 1, 2, 3, 4, 10, 11
