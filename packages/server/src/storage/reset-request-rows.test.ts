import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Selectable } from "kysely";
import type { ResetRequestsTable } from "./database.ts";
import { fromRow } from "./reset-request-rows.ts";

type Row = Selectable<ResetRequestsTable>;

const facts = {
	...{
		reference: "ref-1",
		uia_session: "uia-1",
		account_id: asAccountId("a"),
		session_id: asSessionId("s"),
		device_id: asDeviceId("D"),
	},
	...{ digest: "d", keys: "{}", master_key: "M", created_at: 1, last_upload_at: 2, expires_at: 9 },
	...{
		failures: 0,
		denial_told: 0,
		lease_until: 7,
		sending: "[]",
		only_token: null,
		usable_from: null,
		address: null,
		user_agent: null,
	},
};
const whole: readonly Row[] = [
	{ ...facts, state: "pending", decided_at: null, ended_at: null, end_reason: null },
	{ ...facts, state: "approved", decided_at: 3, ended_at: null, end_reason: null },
	{ ...facts, state: "spending", decided_at: 3, ended_at: null, end_reason: null },
	{ ...facts, state: "denied", decided_at: 3, ended_at: null, end_reason: null },
	{ ...facts, state: "spent", decided_at: 3, ended_at: 4, end_reason: null },
	{ ...facts, state: "expired", decided_at: null, ended_at: 4, end_reason: null },
	{ ...facts, state: "withdrawn", decided_at: null, ended_at: 4, end_reason: "session-ended" },
	{ ...facts, state: "failed", decided_at: 3, ended_at: 4, end_reason: "the homeserver said no" },
];

describe("a request to replace keys is read", () => {
	for (const row of whole) {
		test(`as ${row.state} when it has all that this state needs`, () => {
			const request = fromRow(row);
			assert.equal(request.state, row.state);
			for (const [column, member] of [
				["decided_at", "decidedAt"],
				["ended_at", "endedAt"],
				["end_reason", "reason"],
			] as const)
				assert.equal(Reflect.get(request, member), row[column] ?? undefined, member);
		});

		for (const column of ["decided_at", "ended_at", "end_reason"] as const) {
			if (row[column] === null) continue;
			test(`as nothing when it is ${row.state} and has no ${column}`, () => {
				assert.throws(
					() => fromRow({ ...row, [column]: null }),
					new RegExp(`ref-1.*${row.state}.*${column}`),
				);
			});
		}
	}

	test("as nothing when its state is none that we know", () => {
		assert.throws(
			() => fromRow({ ...facts, ...whole[1], state: "granted" } as Row),
			/no known state: granted/,
		);
	});

	test("with what is being sent, in order; as nothing when that is no key", () => {
		const sending = (text: string) => fromRow({ ...facts, ...whole[2], sending: text } as Row);
		assert.deepEqual(Reflect.get(sending('["user_signing","master"]'), "sending"), [
			"master",
			"user_signing",
		]);
		for (const wrong of ['["master","other"]', '{"master":1}', '"master"', "null"])
			assert.throws(() => sending(wrong), /sends what no identity holds/, wrong);
	});

	test("as nothing when it was withdrawn for a reason that we do not know", () => {
		for (const end_reason of ["", "whim", "toString"])
			assert.throws(() => fromRow({ ...facts, ...whole[6], end_reason } as Row), /no known reason/);
	});
});
