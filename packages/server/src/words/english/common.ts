export const common = {
	continue: "Continue",
	cancel: "Cancel",
	"go-on": "Go on",
	"back-to-account": "Back to your account",
	"use-another-account": "Not you? Use another account",
	allow: "Allow",
	"your-devices": "Your devices",
	back: "Back",
	"keep-it": "Keep it",
	"try-again": "Try again",
} as const;
