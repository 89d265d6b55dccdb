/**
 * Shows a button beside each field for a password, with which whoever typed one can look at it; without script there is
 * none. What was shown is hidden again before it is sent, and when the page comes back: browsers keep what was typed into
 * a plain field.
 */
export const reveal = `for (const button of document.querySelectorAll("[data-reveals]")) {
	const field = button.previousElementSibling;
	const show = (isShown) => {
		field.type = isShown ? "text" : "password";
		button.ariaPressed = String(isShown);
	};
	button.hidden = false;
	button.addEventListener("click", () => show(field.type === "password"));
	field.form.addEventListener("submit", () => show(false));
	addEventListener("pageshow", () => show(false));
}`;

/** Whether there is anything for it to do. */
export function revealsPasswords(markup: string): boolean {
	return markup.includes(" data-reveals");
}
