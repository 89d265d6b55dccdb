/** What went wrong beside any one page: what, and what to do now. */
export const problems = {
	"your-account": "Your account",
	"no-such-page": "There is no such page",
	"no-such-page-text": "The address may be mistyped, or what it led to is over.",
	"wrong-method": "That cannot be done here",
	"wrong-method-text": "This address exists, but not for this kind of request. Go back and try again.",
	"storage-away": "This server cannot reach its data",
	"storage-away-text":
		"Nothing is lost, and you are still signed in. Wait a moment and load this page again. If you had just sent something, look whether it was done before you send it once more.",
	"directory-away": "Your password cannot be checked at the moment",
	"directory-away-text":
		"This server asks another one of your organisation for it, and that one does not answer. Nothing was counted as a wrong try, and nothing was done. Try again in a few minutes.",
	moving: "Accounts are being moved",
	"moving-text":
		"Accounts come here from another server, or go back to it. Meanwhile nobody can sign in or change anything here. It takes some minutes as a rule; your apps stay signed in and go on by themselves. Load this page again then.",
	internal: "Something went wrong here",
	"internal-text":
		"Nothing was changed by this request unless the page before said so. Try again in a moment.",
	"form-expired": "This form has expired",
	"form-expired-text": "Go back, load the page again and try once more. Nothing was changed.",
	"no-cookies": "This browser sent no cookie",
	"no-cookies-text":
		"Nothing was changed. This site cannot go on without a cookie of its own, which says nothing about you until you sign in. If cookies are switched off, allow them for this site; then go back, load the page again and try once more.",
	"not-a-form": "This form cannot be read",
	"not-a-form-text": "Nothing was changed. Go back and try again.",
	"broken-sign-in": "This sign-in request cannot go on",
	"broken-sign-in-text":
		"The app sent a request that is not valid, or it is over. Go back to the app and start again.",
	"too-many-sign-ins": "Too many sign-ins at once",
	"too-many-sign-ins-text":
		"Apps have begun to sign in from your address too often. Wait a minute, go back to the app and start again.",
	throttled: "Too many attempts. Wait {time}, then try again.",
	"whom-to-ask": "The people who run this server: {contact}",
} as const;
