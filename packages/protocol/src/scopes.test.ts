import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
	administers,
	bothNames,
	grantedScope,
	opensClientApi,
	parseMatrixScope,
	plainScopeInBothNames,
	scopeWithoutDevice,
} from "./index.ts";

const stableApi = "urn:matrix:client:api:*";
const stableDevice = "urn:matrix:client:device:DEVICEAAAA";
const unstableApi = "urn:matrix:org.matrix.msc2967.client:api:*";
const unstableDevice = "urn:matrix:org.matrix.msc2967.client:device:DEVICEAAAA";
const admin = "urn:synapse:admin:*";

function parse(scope: string) {
	const parsed = parseMatrixScope(scope);
	assert.ok(parsed.ok, parsed.ok ? "" : parsed.description);
	return parsed.value;
}

describe("a login's scope", () => {
	test("in stable names", () => {
		assert.deepEqual(parse(`${stableApi} ${stableDevice}`), {
			tokens: [stableApi, stableDevice],
			leftOut: [],
			naming: "stable",
			deviceId: "DEVICEAAAA",
			openid: false,
			admin: false,
			managing: false,
		});
	});

	test("in unstable names, with openid and admin, keeps the order asked for", () => {
		assert.deepEqual(parse(`openid ${unstableDevice} ${admin} ${unstableApi}`), {
			tokens: ["openid", unstableDevice, admin, unstableApi],
			leftOut: [],
			naming: "unstable",
			deviceId: "DEVICEAAAA",
			openid: true,
			admin: true,
			managing: false,
		});
	});

	test("repetitions and extra spaces do not count", () => {
		const scope = ` ${stableApi}  ${stableDevice} ${stableApi} ${stableDevice} `;
		assert.deepEqual(parse(scope).tokens, [stableApi, stableDevice]);
	});

	test("is taken without what is not known, in whatever place, and says what that was", () => {
		for (const unknown of [
			"email",
			"offline_access",
			`${admin}*`,
			"URN:MAS:ADMIN",
			"urn:matrix:client:api:read",
		]) {
			const parsed = parse(`${unknown} ${stableApi} ${unknown} ${stableDevice} openid`);
			assert.deepEqual(parsed.tokens, [stableApi, stableDevice, "openid"]);
			assert.deepEqual(parsed.leftOut, [unknown]);
			assert.deepEqual([parsed.admin, parsed.managing], [false, false]);
		}
	});

	test("knows administration of the authentication service, which only administrators are given", () => {
		const parsed = parse(`${stableApi} urn:mas:admin ${stableDevice} ${admin}`);
		assert.deepEqual([parsed.admin, parsed.managing, parsed.leftOut], [true, true, []]);
		assert.equal(
			grantedScope(parsed, { mayAdminister: true }),
			`${stableApi} urn:mas:admin ${stableDevice} ${admin}`,
		);
		assert.equal(grantedScope(parsed, { mayAdminister: false }), `${stableApi} ${stableDevice}`);
		assert.match(bothNames(parsed, { mayAdminister: true }), / urn:mas:admin/);
		assert.doesNotMatch(bothNames(parsed, { mayAdminister: false }), /admin/);
		assert.deepEqual(
			["urn:mas:admin", admin, stableApi, "urn:mas:administrator"].map((one) => administers(`openid ${one}`)),
			[true, true, false, false],
		);
	});

	for (const id of ["AbC0._~!$&'", "()*+,;=:@/-", "a".repeat(10), "a".repeat(255), "urn:matrix:client:api:*"])
		test(`a device may be called ${id.slice(0, 24)}`, () =>
			assert.equal(parse(`${stableApi} urn:matrix:client:device:${id}`).deviceId, id));

	const device = (id: string) => `${stableApi} urn:matrix:client:device:${id}`;
	const refused: readonly (readonly [string, string])[] = [
		["nothing", ""],
		["only openid", "openid"],
		["no device", stableApi],
		["no api", stableDevice],
		["two devices", `${stableApi} ${stableDevice} urn:matrix:client:device:DEVICEBBBB`],
		["one device in both names", `${stableApi} ${stableDevice} ${unstableDevice}`],
		["both api names", `${stableApi} ${unstableApi} ${stableDevice}`],
		["a stable api with an unstable device", `${stableApi} ${unstableDevice}`],
		["an unstable api with a stable device", `${unstableApi} ${stableDevice}`],
		["a device id of nine characters", device("ABCDEFGHI")],
		["an empty device id", device("")],
		["a device id of 256 characters", device("a".repeat(256))],
		["a quote in the device id", device('DEVICE"AAAA')],
		["a percent sign in the device id", device("DEVICE%AAAA")],
		["a tab in the device id", device("DEVICEAAAA\t")],
		["a line feed after the device id", device("DEVICEAAAA\n")],
		["letters beyond ASCII in the device id", device("DEVICEÄÄÄÄ")],
		["a narrower api", `urn:matrix:client:api:read ${stableDevice}`],
		["capitals", `${stableApi.toUpperCase()} ${stableDevice}`],
		["tabs as separators", `${stableApi}\t${stableDevice}`],
	];
	for (const [what, scope] of refused)
		test(`is refused with ${what}`, () => {
			const parsed = parseMatrixScope(scope);
			assert.equal(parsed.ok ? "accepted" : parsed.error, "invalid_scope");
			assert.ok(!parsed.ok && parsed.description.length > 0);
		});

	test("no text crashes the parser, and what it accepts names one api and one device", () => {
		const token = fc.oneof(
			fc.constantFrom(stableApi, unstableApi, stableDevice, unstableDevice, admin, "openid"),
			fc.string().map((id) => `urn:matrix:client:device:${id}`),
			fc.string(),
		);
		fc.assert(
			fc.property(fc.array(token, { maxLength: 5 }), (tokens) => {
				const parsed = parseMatrixScope(tokens.join(" "));
				if (!parsed.ok) return;
				const of = (part: string) => parsed.value.tokens.filter((one) => one.includes(part)).length;
				assert.deepEqual([of("client:api:*"), of("client:device:")], [1, 1]);
			}),
		);
	});
});

describe("the scope in both names", () => {
	const both = `${stableApi} ${stableDevice} ${unstableApi} ${unstableDevice}`;
	const person = { mayAdminister: false };
	test("is the same whichever the client used", () => {
		assert.equal(bothNames(parse(`${stableApi} ${stableDevice}`), person), both);
		assert.equal(bothNames(parse(`${unstableApi} ${unstableDevice}`), person), both);
	});
	test("keeps openid, and admin for an administrator", () => {
		const asked = parse(`openid ${stableApi} ${stableDevice} ${admin}`);
		assert.equal(bothNames(asked, { mayAdminister: true }), `${both} openid ${admin}`);
		assert.equal(bothNames(asked, person), `${both} openid`);
	});
});

describe("the scope that nearly every session has", () => {
	const reported = `${stableApi} ${stableDevice} ${unstableApi} ${unstableDevice}`;

	test("is reported as if it had been taken apart, whichever names it uses", () => {
		for (const scope of [`${stableApi} ${stableDevice}`, `${unstableApi} ${unstableDevice}`]) {
			assert.equal(plainScopeInBothNames(scope, "DEVICEAAAA"), reported);
			assert.equal(bothNames(parse(scope), { mayAdminister: false }), reported);
		}
	});

	test("is no other: another order, another device, mixed names, something more", () => {
		const others = [
			`${stableDevice} ${stableApi}`,
			`${stableApi} ${stableDevice}B`,
			`${stableApi} ${unstableDevice}`,
			`${stableApi} ${stableDevice} openid`,
			`${stableApi} ${stableDevice} ${admin}`,
			stableApi,
		];
		for (const scope of others) assert.equal(plainScopeInBothNames(scope, "DEVICEAAAA"), undefined, scope);
		const odd = `DEVICEAAAA ${admin}`;
		assert.equal(plainScopeInBothNames(`${stableApi} urn:matrix:client:device:${odd}`, odd), undefined);
	});
});

describe("a scope that names no device", () => {
	const both = `${stableApi} ${unstableApi}`;
	const [person, administrator] = [{ mayAdminister: false }, { mayAdminister: true }];

	test("is reported in both names with what is known of it, and administers for administrators alone", () => {
		for (const scope of [stableApi, unstableApi, `email ${unstableApi} urn:mas:graphql:*`, both])
			assert.equal(scopeWithoutDevice(scope, administrator), both, scope);
		const all = `${admin} openid urn:mas:admin ${stableApi} x`;
		assert.equal(scopeWithoutDevice(all, person), `${both} openid`);
		assert.equal(scopeWithoutDevice(all, administrator), `${both} openid ${admin} urn:mas:admin`);
	});

	test("is none where it names one, or does not open the client-server API", () => {
		for (const scope of [
			"",
			"openid",
			admin,
			`${stableApi} ${stableDevice}`,
			`${stableApi} ${unstableDevice}`,
		])
			assert.equal(scopeWithoutDevice(scope, administrator), undefined, scope);
	});

	test("opens the client-server API as one with a device does", () => {
		for (const scope of [stableApi, `${unstableApi} email`, `${stableApi} ${stableDevice}`])
			assert.ok(opensClientApi(scope), scope);
		for (const scope of ["openid", admin, stableDevice, `${stableApi} ${unstableDevice}`])
			assert.ok(!opensClientApi(scope), scope);
	});
});
