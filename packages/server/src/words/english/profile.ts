export const profile = {
	"display-name": "Display name",
	"what-for": "Other people on Matrix see this name. You sign in with your user name, which stays as it is.",
	"user-id": "User ID",
	empty: "Leave it empty to be shown as your user ID.",
	save: "Save",
	"too-long": "The name is too long. Use at most {most} characters.",
} as const;
