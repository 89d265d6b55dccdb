/** A tick in a ring, inside the page like everything else. */
export const icon =
	"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' fill='none' stroke='%2322957d' stroke-width='4'%3E%3Ccircle cx='16' cy='16' r='13'/%3E%3Cpath d='m9 16 5 5 9-10'/%3E%3C/svg%3E";
