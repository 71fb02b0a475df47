/** What the daily analytics populate: the day on which one of the direct chat's two inbound messages was answered. */
import { expect } from "vitest"
import { type Chapter, claim, id, type World } from "../chapter.ts"

const date = "2026-05-04"
const row = (is: (row: any) => boolean) => async (w: World) =>
  (await w.get(`/analytics?from=${date}&to=${date}&channel=*`)).items.find(is)

export const analytics: Chapter = {
  scenarios: { create_daily_analytics: (w) => w.post("/analytics", { date }) },
  specimens: {
    day: { entity: "analytics", look: row(({ channel_id }) => channel_id === null) },
    channelDay: { entity: "analytics", look: row(({ channel_id }) => channel_id !== null) }
  },
  claims: [
    ...claim("analytics", "channelDay", "create_daily_analytics", { channel_id: id }),
    ...claim("analytics", "day", "create_daily_analytics", {
      date,
      messages_sent: 1,
      messages_received: 2,
      active_channels: 1,
      response_rate: 50,
      engagement_score: 3,
      metadata: expect.objectContaining({ total_messages: 3 })
    })
  ]
}
