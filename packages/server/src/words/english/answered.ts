export const answered = {
	allowed: "Allowed",
	opens: "The app opens by itself. If it does not, open it here.",
	"go-back": "Go back to the app to finish signing in.",
	open: "Open the app",
	back: "Back to the app",
	"signed-in": "The app is signed in. Go on there. You can close this page.",
	refused: "Refused",
	"refused-text": "The app gets no access to your account. You can close this page.",
} as const;
