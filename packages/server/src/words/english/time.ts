export const time = {
	"just-now": "just now",
	"in-a-moment": "in a moment",
} as const;
