import { type Context, Hono } from "hono";
import { type Env, type Form, seeOther } from "../http/index.ts";
import { readName } from "../identifiers/index.ts";
import type { BeginOutcome, BegunRegistrations } from "../people/index.ts";
import { parseResume } from "../resume/index.ts";
import { say, type Text } from "../words/index.ts";
import { throttled, throttledOptions, unavailableOptions } from "./messages.ts";
import {
	onTheWay,
	type RegisterAddressView,
	type RegisterWay,
	registerAddressPage,
	registerAddressPath,
	registerCodePage,
	registerCodePath,
	registerNotYouPath,
	registerPath,
} from "./pages/register-address.ts";
import type { Captcha, CaptchaRefusal } from "./ports.ts";
import { strangersPost } from "./strangers-post.ts";
import { goOn, type Stranger, type Visitor, type Visitors } from "./visitor.ts";

export interface RegisterAddressDeps {
	readonly begunRegistrations: BegunRegistrations;
	readonly needsToken: boolean;
	readonly captcha?: Captcha | undefined;
	readonly visitors: Visitors;
	readonly serverName: string;
}

const asking = "register-address";
const typing = "register-code";
export const forgetting = "register-not-you";

/**
 * POST /register/address: a letter is sent there, whosever it is. GET and POST /register/code: the code in it is typed in
 * the browser that asked for it. Then comes the rest of `/register`. POST /register/not-you: all that is forgotten.
 */
export function createRegisterAddressRoutes(deps: RegisterAddressDeps): Hono<Env> {
	return new Hono<Env>()
		.post(
			registerAddressPath,
			strangersPost(deps, {
				// The last letter that is allowed is one, as is what was solved for it.
				...{ purpose: asking, isGoodOnce: true },
				carryOut: (visitor, form) => ask(deps, visitor, form),
			}),
		)
		.get(registerCodePath, (c) => show(deps, c))
		.post(
			registerCodePath,
			strangersPost(deps, { purpose: typing, carryOut: (visitor, form) => confirm(deps, visitor, form) }),
		)
		.post(
			registerNotYouPath,
			strangersPost(deps, { purpose: forgetting, carryOut: (visitor, form) => forget(deps, visitor, form) }),
		);
}

/** The page that asks for the address, which is the first of a registration. */
export function askForAddress(
	{ needsToken, captcha }: Pick<RegisterAddressDeps, "needsToken" | "captcha">,
	visitor: Visitor,
	{
		token = "",
		...shown
	}: Omit<RegisterAddressView, "csrf" | "token"> & { readonly token?: string | undefined },
	options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
	const csrf = visitor.csrf(asking);
	const widget = captcha?.widget;
	const view = registerAddressPage({
		...{ ...shown, csrf, captcha: widget },
		token: needsToken ? token : undefined,
	});
	return visitor.show(view, options);
}

async function ask(deps: RegisterAddressDeps, visitor: Stranger, form: Form): Promise<Response> {
	const way = wayOf(deps, (name) => form.value(name));
	const [typed, token] = [form.text("email"), form.text("token")];
	const { browser, address } = visitor;
	const solved = (await deps.captcha?.check(form.text(deps.captcha.field), address)) ?? { ok: true };
	const outcome = solved.ok
		? await deps.begunRegistrations.begin({ typed, token, browser, address })
		: solved;
	// The same form, sent a moment ago, has had its letter sent: what it brought was good once.
	const isSent = () => deps.begunRegistrations.isUnderWay({ typed, token, browser });
	if (outcome.ok || (outcome.reason === "captcha-refused" && (await isSent())))
		return seeOther(onTheWay(registerCodePath, way));
	const [error, options] = explain(outcome);
	return askForAddress(deps, visitor, { ...way, typed, token, error }, options);
}

function explain(outcome: Exclude<BeginOutcome, { ok: true }> | CaptchaRefusal) {
	switch (outcome.reason) {
		case "captcha-missing":
		case "captcha-refused":
			return [{ field: "captcha", text: captchaRefusal[outcome.reason] }, refused] as const;
		case "captcha-away":
			return [{ text: captchaRefusal[outcome.reason] }, unavailableOptions] as const;
		case "throttled":
			return [{ text: throttled(outcome.retryAfterMs) }, throttledOptions(outcome.retryAfterMs)] as const;
		case "no-address":
			return [{ field: "email", text: say("email.no-address") }, refused] as const;
		case "other-address":
			return [{ field: "email", text: say("register.token-other-address") }, refused] as const;
		case "token-refused":
			return [{ field: "token", text: say("register.token-refused") }, refused] as const;
	}
}

const refused = { status: 400 } as const;

export const captchaRefusal = {
	"captcha-missing": say("register.captcha-missing"),
	"captcha-refused": say("register.captcha-refused"),
	"captcha-away": say("register.captcha-away"),
} as const;

async function show(deps: RegisterAddressDeps, c: Context<Env>): Promise<Response> {
	const visitor = await deps.visitors.meet(c);
	const way = wayOf(deps, (name) => c.req.query(name));
	if (visitor.browserSession !== undefined) return goOn(visitor, way.to);
	return showCode(deps, visitor, { way });
}

async function confirm(deps: RegisterAddressDeps, visitor: Stranger, form: Form): Promise<Response> {
	const way = wayOf(deps, (name) => form.value(name));
	const code = form.text("code").replaceAll(/[\s-]/g, "");
	const outcome = await deps.begunRegistrations.confirm({ browser: visitor.browser, code });
	if (outcome.ok) return seeOther(onTheWay(registerPath, way));
	return showCode(deps, visitor, { way, wrong: notConfirmed[outcome.reason] });
}

/** Whoever goes on is somebody else, who may be on the way to the same app. */
async function forget(deps: RegisterAddressDeps, { browser }: Stranger, form: Form): Promise<Response> {
	await deps.begunRegistrations.forget({ browser, key: form.text("email") });
	return seeOther(onTheWay(registerPath, { to: parseResume(form.value("next")), username: "" }));
}

const notConfirmed = { wrong: say("email.code-wrong"), gone: say("register.code-gone") } as const;

/** Where nothing waits for a code, the address is asked for again. */
async function showCode(
	deps: RegisterAddressDeps,
	visitor: Stranger,
	{ way, wrong }: { readonly way: RegisterWay; readonly wrong?: Text },
): Promise<Response> {
	const begun = await deps.begunRegistrations.of(visitor.browser);
	if (begun === undefined && wrong !== undefined)
		return askForAddress(
			deps,
			visitor,
			{ ...way, typed: "", error: { field: "email", text: wrong } },
			refused,
		);
	if (begun === undefined || begun.isProved) return seeOther(onTheWay(registerPath, way));
	const [csrf, forgetCsrf] = [visitor.csrf(typing), visitor.csrf(forgetting)];
	const view = registerCodePage({ ...way, begun, csrf, forgetCsrf, wrong });
	return visitor.show(view, wrong === undefined ? {} : refused);
}

function wayOf(
	{ serverName }: Pick<RegisterAddressDeps, "serverName">,
	value: (name: string) => string | undefined,
): RegisterWay {
	const name = readName(value("username") ?? "", serverName);
	return { to: parseResume(value("next")), username: name.ok ? name.localpart : "" };
}
