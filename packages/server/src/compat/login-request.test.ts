import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLoginRequest } from "./login-request.ts";

const identifier = { type: "m.id.user", user: "alice" };
const login = { type: "m.login.password", identifier, password: "secret words" };
const proof = { type: "password", user: "alice", password: "secret words" };

function accepted(body: Readonly<Record<string, unknown>>) {
	const parsed = parseLoginRequest(body);
	assert.ok(parsed.ok);
	return parsed.value;
}

async function refused(body: Readonly<Record<string, unknown>>): Promise<readonly [number, string]> {
	const parsed = parseLoginRequest(body);
	assert.ok(!parsed.ok);
	return [parsed.answer.status, ((await parsed.answer.json()) as { errcode: string }).errcode];
}

test("the smallest login asks for a lasting token on a device that is yet to be named", () => {
	assert.deepEqual(accepted(login), { proof, renews: false });
});

test("everything else that can be asked for is understood", () => {
	const all = { device_id: "A b", initial_device_display_name: " Laptop ", refresh_token: true };
	assert.deepEqual(accepted({ ...login, ...all }), {
		...{ proof, deviceId: "A b", deviceName: "Laptop", renews: true },
	});
});

test("members that are null count as absent", () => {
	const nothing = { device_id: null, initial_device_display_name: null, refresh_token: null, user: null };
	assert.deepEqual(accepted({ ...login, ...nothing }), { proof, renews: false });
});

test("the deprecated user wins, with any identifier beside it or none", () => {
	const { identifier: _, ...without } = login;
	for (const body of [login, without, { ...login, identifier: { type: "m.id.phone" } }])
		assert.deepEqual(accepted({ ...body, user: "bob" }).proof, { ...proof, user: "bob" });
});

test("a name that is too long is cut, one without anything to see is none", () => {
	assert.equal(
		[...(accepted({ ...login, initial_device_display_name: "👩".repeat(101) }).deviceName ?? "")].length,
		100,
	);
	assert.equal(accepted({ ...login, initial_device_display_name: "\u202e\u0007 " }).deviceName, undefined);
	assert.equal(accepted({ ...login, initial_device_display_name: "Phone \ud83d" }).deviceName, "Phone");
});

const wrong: readonly (readonly [string, object, number, string])[] = [
	["no type", { ...login, type: undefined }, 400, "M_BAD_JSON"],
	["a type that nobody knows", { ...login, type: "m.login.dummy" }, 400, "M_UNKNOWN"],
	["a type that is no text", { ...login, type: 1 }, 400, "M_UNKNOWN"],
	["an application service", { type: "m.login.application_service" }, 400, "M_APPSERVICE_LOGIN_UNSUPPORTED"],
	["no password", { ...login, password: undefined }, 400, "M_BAD_JSON"],
	["a password that is no text", { ...login, password: 1234567890 }, 400, "M_BAD_JSON"],
	["no identifier", { ...login, identifier: undefined }, 400, "M_BAD_JSON"],
	["an identifier without a user", { ...login, identifier: { type: "m.id.user" } }, 400, "M_BAD_JSON"],
	["a phone number", { ...login, identifier: { type: "m.id.phone", phone: "1" } }, 400, "M_UNKNOWN"],
	["an e-mail address", { ...login, identifier: { type: "m.id.thirdparty" } }, 400, "M_UNKNOWN"],
	["a login token that is no text", { type: "m.login.token", token: 1 }, 400, "M_BAD_JSON"],
	["a device id that is no text", { ...login, device_id: 1 }, 400, "M_BAD_JSON"],
	["an empty device id", { ...login, device_id: "" }, 400, "M_INVALID_PARAM"],
	["a device id of 256 characters", { ...login, device_id: "x".repeat(256) }, 400, "M_INVALID_PARAM"],
	["a device id with a line end", { ...login, device_id: "A\nB" }, 400, "M_INVALID_PARAM"],
	["a device id that reverses what follows", { ...login, device_id: "A\u202eB" }, 400, "M_INVALID_PARAM"],
	["a device id with spaces around it", { ...login, device_id: " A" }, 400, "M_INVALID_PARAM"],
	["a device id that is a step in a path", { ...login, device_id: ".." }, 400, "M_INVALID_PARAM"],
	["half a character as device id", { ...login, device_id: "\ud800" }, 400, "M_INVALID_PARAM"],
	["a name that is no text", { ...login, initial_device_display_name: 1 }, 400, "M_BAD_JSON"],
	["a wish to refresh that is no truth value", { ...login, refresh_token: "true" }, 400, "M_BAD_JSON"],
];

for (const [what, body, status, errcode] of wrong) {
	test(`a login with ${what} is refused with ${status} ${errcode}`, async () => {
		assert.deepEqual(await refused({ ...body }), [status, errcode]);
	});
}

test("a device id of 255 characters is taken, spaces between them too", () => {
	for (const deviceId of ["x".repeat(255), "my old phone", "ü", ".a", "..a", "a..", "..."])
		assert.equal(accepted({ ...login, device_id: deviceId }).deviceId, deviceId);
});
