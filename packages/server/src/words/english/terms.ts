export const terms = {
	title: "Agree to the terms",
	why: "Before you go on here you have to agree to the terms of this server as they are now. Apps that are signed in stay signed in, and work as before.",
	missing: "Read the terms and tick the box to go on.",
	"or-not": "If you do not agree, you can sign out here, or <close>deactivate your account</close> for good.",
} as const;
