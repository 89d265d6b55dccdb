const notify = "notify";
const highlight = { set_tweak: "highlight" } as const;
const sound = (value: string) => ({ set_tweak: "sound", value }) as const;
const matches = (key: string, pattern: string) => ({ kind: "event_match", key, pattern }) as const;
const betweenTwo = { kind: "room_member_count", is: "2" } as const;

interface Rule {
	readonly enabled?: boolean;
	readonly conditions: readonly unknown[];
	readonly actions: readonly unknown[];
}

/** Under which apps are told of them among the account data, too. */
export const pushRulesType = "m.push_rules";

/**
 * The predefined push rules for this person. There are no rooms to notify about, but apps read the rules when they
 * start and will not without them.
 * @see https://spec.matrix.org/v1.17/client-server-api/#predefined-rules
 */
export function pushRules(userId: string) {
	return {
		global: {
			override: listed(overrides(userId)),
			content: [],
			room: [],
			sender: [],
			underride: listed(underrides),
		},
	} as const;
}

function overrides(userId: string): Readonly<Record<string, Rule>> {
	const member = matches("type", "m.room.member");
	return {
		master: { enabled: false, conditions: [], actions: [] },
		suppress_notices: { conditions: [matches("content.msgtype", "m.notice")], actions: [] },
		invite_for_me: {
			conditions: [member, matches("content.membership", "invite"), matches("state_key", userId)],
			actions: [notify, sound("default")],
		},
		member_event: { conditions: [member], actions: [] },
		is_user_mention: {
			conditions: [{ kind: "event_property_contains", key: "content.m\\.mentions.user_ids", value: userId }],
			actions: [notify, sound("default"), highlight],
		},
		is_room_mention: {
			conditions: [
				{ kind: "event_property_is", key: "content.m\\.mentions.room", value: true },
				{ kind: "sender_notification_permission", key: "room" },
			],
			actions: [notify, highlight],
		},
		tombstone: {
			conditions: [matches("type", "m.room.tombstone"), matches("state_key", "")],
			actions: [notify, highlight],
		},
		reaction: { conditions: [matches("type", "m.reaction")], actions: [] },
		"room.server_acl": {
			conditions: [matches("type", "m.room.server_acl"), matches("state_key", "")],
			actions: [],
		},
		suppress_edits: {
			conditions: [{ kind: "event_property_is", key: "content.m\\.relates_to.rel_type", value: "m.replace" }],
			actions: [],
		},
	};
}

const underrides: Readonly<Record<string, Rule>> = {
	call: { conditions: [matches("type", "m.call.invite")], actions: [notify, sound("ring")] },
	encrypted_room_one_to_one: {
		conditions: [betweenTwo, matches("type", "m.room.encrypted")],
		actions: [notify, sound("default")],
	},
	room_one_to_one: {
		conditions: [betweenTwo, matches("type", "m.room.message")],
		actions: [notify, sound("default")],
	},
	message: { conditions: [matches("type", "m.room.message")], actions: [notify] },
	encrypted: { conditions: [matches("type", "m.room.encrypted")], actions: [notify] },
};

function listed(rules: Readonly<Record<string, Rule>>) {
	return Object.entries(rules).map(([name, { enabled = true, conditions, actions }]) => ({
		rule_id: `.m.rule.${name}`,
		default: true,
		enabled,
		conditions,
		actions,
	}));
}
