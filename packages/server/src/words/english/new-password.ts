export const newPassword = {
	title: "Set a new password",
	"title-first": "Choose your password",
	whose: "For the account <strong>{userId}</strong>.",
	effect:
		"Every browser is signed out of this site, and requests to replace your digital identity end. Your apps stay signed in.",
	"effect-first":
		"With it you sign in, here and in apps. Whoever made this account for you does not learn it.",
	everywhere: "Sign out all my apps too, because somebody else may use the account",
	set: "Set password",
	done: "Your password is set",
	"done-text": "Sign in with it as <strong>{userId}</strong>. The link you used does not work any more.",
	gone: "This link does not work any more",
	"gone-text":
		"Such a link works once, for some time, and until a newer one is made. Ask the people who run this server for another.",
	throttled: "Too many links that do not work",
} as const;
