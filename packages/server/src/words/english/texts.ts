import { answered } from "./answered.ts";
import { asking } from "./asking.ts";
import { browsers } from "./browsers.ts";
import { codes } from "./codes.ts";
import { common } from "./common.ts";
import { consent } from "./consent.ts";
import { deactivate } from "./deactivate.ts";
import { devices } from "./devices.ts";
import { email } from "./email.ts";
import { forgotten } from "./forgotten.ts";
import { home } from "./home.ts";
import { kept } from "./kept.ts";
import { link } from "./link.ts";
import { log } from "./log.ts";
import { lost } from "./lost.ts";
import { mail } from "./mail.ts";
import { newPassword } from "./new-password.ts";
import { notice } from "./notice.ts";
import { password } from "./password.ts";
import { problems } from "./problems.ts";
import { profile } from "./profile.ts";
import { proofs } from "./proofs.ts";
import { register } from "./register.ts";
import { reset } from "./reset.ts";
import { resetList } from "./reset-list.ts";
import { resetWindow } from "./reset-window.ts";
import { secondFactor } from "./second-factor.ts";
import { signIn } from "./sign-in.ts";
import { sso } from "./sso.ts";
import { terms } from "./terms.ts";
import { time } from "./time.ts";
import { tokens } from "./tokens.ts";
import { upstream } from "./upstream.ts";

/** Every text in English, which decides what keys there are and what each has to be told. */
export const texts = {
	answered,
	asking,
	browsers,
	codes,
	common,
	consent,
	deactivate,
	devices,
	email,
	forgotten,
	home,
	kept,
	link,
	log,
	lost,
	mail,
	"new-password": newPassword,
	notice,
	password,
	problems,
	profile,
	proofs,
	register,
	reset,
	"reset-list": resetList,
	"reset-window": resetWindow,
	"second-factor": secondFactor,
	"sign-in": signIn,
	sso,
	terms,
	time,
	tokens,
	upstream,
} as const;

export type EnglishTexts = typeof texts;
