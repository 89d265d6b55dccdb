/** The commands, in the order in which the help lists them. A new one is a file here and a line below. */
import type { Command } from "../command.ts";
import { abandon } from "./abandon.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { recoveryKeyRotate } from "./recovery-key-rotate.ts";
import { reset } from "./reset.ts";
import { restore } from "./restore.ts";
import { resume } from "./resume.ts";
import { setup } from "./setup.ts";
import { status } from "./status.ts";
import { undo } from "./undo.ts";
import { verify } from "./verify.ts";
import { vouch } from "./vouch.ts";

export const commands: readonly Command[] = [
	...[login, status, setup, restore, verify, vouch],
	...[reset, resume, abandon, undo],
	...[recoveryKeyRotate, logout],
];
