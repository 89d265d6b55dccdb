import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseSettingsFile } from "./file.ts";
import { readConfig } from "./index.ts";

function read(text: string) {
	const file = parseSettingsFile("x.yaml", text);
	assert.ok(file.ok, JSON.stringify(file));
	return readConfig({}, file);
}

function taken(text: string) {
	const outcome = read(text);
	assert.ok(outcome.ok, JSON.stringify(outcome));
	return outcome.config;
}

describe("what is asked of who registers", () => {
	test("may be an e-mail address, where there is a mail server", () => {
		const first = "registration:\n  email_required: ";
		const mail = "email:\n  host: mail.x.org\n  from: a@x.org\n";
		assert.deepEqual(taken(`${mail}${first}yes\n`).registration, { needsAddress: true });
		assert.deepEqual(taken(`${first}no\n`).registration, { needsAddress: false });
		const unsent = read(`${first}yes\n`);
		assert.match(
			String(!unsent.ok && unsent.problems),
			/registration\.email_required is set; expected email\.host/,
		);
	});

	test("may be a captcha, with both of its keys", () => {
		const robots = "captcha:\n  kind: hcaptcha\n  site_key: k\n";
		assert.deepEqual(taken(`${robots}  secret: s\n`).captcha, {
			kind: "hcaptcha",
			siteKey: "k",
			secret: "s",
		});
		const secretless = read(robots);
		assert.match(
			String(!secretless.ok && secretless.problems),
			/captcha\.kind is set; expected captcha\.secret/,
		);
	});
});
