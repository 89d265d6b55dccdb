/** The setting that a copy has until it is whole, and by which it is known again. */
export const copying = "copying";

/** What is said to a server, or a command, that would take a part for the whole. */
export const unfinished =
	"a copy to there was begun and not ended. End it with countersign copy, or empty it";
