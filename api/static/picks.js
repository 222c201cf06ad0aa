// Tells the service which code was taken of which list. The page has this script only where the service keeps that.

import { call } from "./service.js";
import { onChange } from "./state.js";

const told = new WeakMap(); // answer -> the code that was told for it

function body({ text, answer, code }) {
  const listed = answer.suggestions ?? [];
  const sure = listed.map(({ confidence }) => confidence);
  return {
    text,
    taken: code || null,
    ...(code ? {} : { outcome: "none-fits" }),
    shown: listed.map((item) => item.code),
    confidences: sure.every((one) => typeof one === "number") ? sure : [],
    ...(answer.date_of_service ? { date_of_service: answer.date_of_service } : {}),
  };
}

// A pick that cannot be kept must not hold up the coder; taking the code again tells it again.
async function tell(pick) {
  if (!pick.text || !pick.answer || pick.answer.error || told.get(pick.answer) === pick.code) return;
  told.set(pick.answer, pick.code);
  try {
    await call("v1/feedback", { body: body(pick) });
  } catch {
    told.delete(pick.answer);
  }
}

onChange("taken", async (picks) => {
  for (const pick of picks) await tell(pick);
});
