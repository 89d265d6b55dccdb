import assert from "node:assert/strict";
import { test } from "node:test";
import { pushRules } from "./push-rules.ts";

const me = "@alice:example.org";
const sound = (value: string) => ({ set_tweak: "sound", value });
const highlight = { set_tweak: "highlight" };

/** Each rule of the specification in its order: what has to hold of an event, written as apps read it, and what follows. */
const override = [
	["master", [], []],
	["suppress_notices", ["content.msgtype = m.notice"], []],
	[
		"invite_for_me",
		["type = m.room.member", "content.membership = invite", `state_key = ${me}`],
		["notify", sound("default")],
	],
	["member_event", ["type = m.room.member"], []],
	[
		"is_user_mention",
		[`event_property_contains content.m\\.mentions.user_ids ${me}`],
		["notify", sound("default"), highlight],
	],
	[
		"is_room_mention",
		["event_property_is content.m\\.mentions.room true", "sender_notification_permission room"],
		["notify", highlight],
	],
	["tombstone", ["type = m.room.tombstone", "state_key = "], ["notify", highlight]],
	["reaction", ["type = m.reaction"], []],
	["room.server_acl", ["type = m.room.server_acl", "state_key = "], []],
	["suppress_edits", ["event_property_is content.m\\.relates_to.rel_type m.replace"], []],
] as const;
const underride = [
	["call", ["type = m.call.invite"], ["notify", sound("ring")]],
	[
		"encrypted_room_one_to_one",
		["room_member_count 2", "type = m.room.encrypted"],
		["notify", sound("default")],
	],
	["room_one_to_one", ["room_member_count 2", "type = m.room.message"], ["notify", sound("default")]],
	["message", ["type = m.room.message"], ["notify"]],
	["encrypted", ["type = m.room.encrypted"], ["notify"]],
] as const;

type Condition = Readonly<Record<string, unknown>>;

function read({ kind, key, pattern, ...rest }: Condition): string {
	return kind === "event_match"
		? `${key} = ${pattern}`
		: [kind, ...(key === undefined ? [] : [key]), ...Object.values(rest)].map(String).join(" ");
}

test("the push rules are those of the specification, all but the master switched on", () => {
	const { global, ...more } = pushRules(me);
	const { override: over, underride: under, ...others } = global;
	assert.deepEqual([more, others], [{}, { content: [], room: [], sender: [] }]);
	for (const [rules, expected] of [
		[over, override],
		[under, underride],
	] as const) {
		assert.deepEqual(
			rules.map(({ conditions, ...rule }) => ({
				...rule,
				conditions: conditions.map((condition) => read(condition as Condition)),
			})),
			expected.map(([name, conditions, actions]) => ({
				...{ rule_id: `.m.rule.${name}`, default: true, enabled: name !== "master" },
				...{ conditions, actions },
			})),
		);
	}
});
