import { say, type Text } from "../words/index.ts";
import { type Html, type HtmlValue, html } from "./html.ts";

export interface Field {
	readonly name: string;
	readonly label: Text;
	readonly type?: "text" | "password";
	readonly value?: string;
	readonly hint?: Text;
	/** Said here and nowhere else: the page opens at this field, and it is announced with it. */
	readonly error?: Text | undefined;
	/** What password managers and phones fill in. @see https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill */
	readonly autocomplete: string;
	readonly readonly?: boolean;
	readonly autofocus?: boolean;
	/** May be left empty. Default false. */
	readonly optional?: boolean;
	/** Stands for a passkey where something is in it: the script of the page asks for none then. Default false. */
	readonly instead?: boolean;
}

/**
 * A labelled input, required unless told so; its hint and error are tied to it for screen readers. A script gives one for
 * a password its button.
 */
export function field(it: Field): Html {
	const isSecret = it.type === "password";
	const opensHere = it.autofocus || it.error;
	const described = [it.hint && `${it.name}-hint`, it.error && `${it.name}-error`].filter(Boolean).join(" ");
	const input = html`<input id="${it.name}" name="${it.name}" type="${it.type ?? "text"}" value="${it.value ?? ""}" autocomplete="${it.autocomplete}" ${!it.optional && "required"}
${opensHere && "autofocus"} ${it.readonly && "readonly"} ${plainTyping}
${it.instead && "data-instead"} ${it.error && html`aria-invalid="true"`} ${described && html`aria-describedby="${described}"`}>`;
	return html`<div class="field">
<label for="${it.name}"${isSecret && html` id="${it.name}-label"`}>${it.label}</label>
${isSecret ? html`<div class="secret">${input}${revealButton(it.name)}</div>` : input}
${it.hint && html`<p class="hint" id="${it.name}-hint">${it.hint}</p>`}
${it.error && wrong(it.name, it.error)}
</div>`;
}

/** Hidden until a script can do what it says; its name stays, and what is pressed or not is its state. */
function revealButton(name: string): Html {
	return html`<button class="button plain" type="button" aria-pressed="false" aria-controls="${name}" aria-describedby="${name}-label" data-reveals hidden>${say("password.show")}</button>`;
}

/** Names are not prose, and neither is a password that is shown: no capital at the start, no correction, no dictionary. */
const plainTyping = html`autocapitalize="none" autocorrect="off" spellcheck="false"`;

/** A box to tick; not required unless told so. */
export function choice(it: {
	readonly name: string;
	readonly label: Text;
	/** Default false. */
	readonly checked?: boolean;
	readonly required?: boolean;
	/** As a field's. */
	readonly error?: Text | undefined;
}): Html {
	const described = it.error && html`aria-invalid="true" aria-describedby="${it.name}-error"`;
	return html`<div class="choice"><input type="checkbox" id="${it.name}" name="${it.name}" value="yes" ${it.checked && "checked"} ${it.required && "required"} ${it.error && "autofocus"} ${described}><label for="${it.name}">${it.label}</label></div>
${it.error && wrong(it.name, it.error)}`;
}

/** What is wrong with the field of this name, to which it has to be tied. */
export function wrong(name: string, error: Text): Html {
	return html`<p class="wrong" id="${name}-error" role="alert">${error}</p>`;
}

/** A field the person does not see. */
export function hidden(name: string, value: string | undefined): Html {
	return value === undefined ? html`` : html`<input type="hidden" name="${name}" value="${value}">`;
}

export type ButtonKind = "primary" | "danger" | "plain";

/** A submit button; with `name` and `value` it tells which of several was pressed. */
export function button(
	kind: ButtonKind,
	label: Text,
	sends?: { readonly name: string; readonly value: string },
): Html {
	return html`<button class="button ${kind}" type="submit" ${sends && html`name="${sends.name}" value="${sends.value}"`}>${label}</button>`;
}

/** A link that looks like a button, for going somewhere; acting takes a form. */
export function linkButton(kind: ButtonKind, label: Text, href: string): Html {
	return html`<a class="button ${kind}" href="${href}">${label}</a>`;
}

/** Buttons side by side, or below each other on a phone; the first is the one the page suggests. */
export function actions(...buttons: readonly HtmlValue[]): Html {
	return html`<div class="actions">${buttons}</div>`;
}

/** Buttons that say yes and no to the same question: as far apart as answers in forms of their own. */
export function answers(...buttons: readonly HtmlValue[]): Html {
	return html`<div class="actions answers">${buttons}</div>`;
}

/** A form sent by POST with its token; without script. */
export function form(it: {
	readonly action: string;
	readonly csrf: string;
	readonly fields: HtmlValue;
	/** Shown by a script, for browsers that can do what it asks. */
	readonly isHidden?: boolean;
}): Html {
	return html`<form method="post" action="${it.action}"${it.isHidden ? " hidden" : ""}>${hidden("csrf", it.csrf)}${it.fields}</form>`;
}

/** A box that stands out. Errors are announced at once, the others when reached. */
export function notice(kind: "info" | "warning" | "error", title: Text | Html, text?: Text | Html): Html {
	return html`<div class="notice ${kind}" role="${kind === "error" ? "alert" : "note"}"><strong>${title}</strong>${text && html`<p>${text}</p>`}</div>`;
}

/** What went wrong with a form, and with none of its fields; nothing where nothing did. */
export function trouble(text: Text | undefined): Html | undefined {
	return text && html`<div class="notice error" role="alert"><p>${text}</p></div>`;
}

/** Names and values side by side; entries whose value is undefined are left out. */
export function facts(entries: readonly (readonly [name: Text, value: HtmlValue])[]): Html {
	const known = entries.filter(([, value]) => value !== undefined);
	return html`<dl>${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
