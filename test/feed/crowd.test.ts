/** Sockets have a bound of a user and, once they are scarce, an even share of a tenant (I8). */
import { expect, test } from "vitest"
import { Crowd } from "../../src/feed/crowd.ts"

const whose = (tenant: string, user: number) => ({ tenant, user_id: `u${user}` })

/** Opens as many as it may, each by another user; answers how many. */
const fill = (crowd: Crowd, tenant: string, most: number): number => {
  let opened = 0
  for (; opened < most && crowd.hasRoomFor(whose(tenant, opened)); opened++) crowd.add(whose(tenant, opened))
  return opened
}

test("a user has so many, and another user of the tenant still gets in", () => {
  const crowd = new Crowd({ sockets: 100, userSockets: 3 })
  for (let n = 0; n < 3; n++) {
    expect(crowd.hasRoomFor(whose("acme", 1))).toBe(true)
    crowd.add(whose("acme", 1))
  }
  expect(crowd.hasRoomFor(whose("acme", 1))).toBe(false)
  expect(crowd.hasRoomFor(whose("acme", 2))).toBe(true)
  crowd.remove(whose("acme", 1))
  expect(crowd.hasRoomFor(whose("acme", 1))).toBe(true)
})

test("a tenant alone may have all; beside others it gets an even share, and they get in", () => {
  expect(fill(new Crowd({ sockets: 100, userSockets: 3 }), "acme", 200)).toBe(100)
  const crowd = new Crowd({ sockets: 100, userSockets: 3 })
  crowd.add(whose("small", 1))
  expect(fill(crowd, "acme", 200)).toBe(50)
  expect(crowd.hasRoomFor(whose("small", 2))).toBe(true)
  expect(crowd.hasRoomFor(whose("new", 1))).toBe(true)
})

test("what has been closed is forgotten", () => {
  const crowd = new Crowd({ sockets: 10, userSockets: 10 })
  for (let round = 0; round < 3; round++) {
    expect(fill(crowd, `t${round}`, 20)).toBe(10)
    for (let n = 0; n < 10; n++) crowd.remove(whose(`t${round}`, n))
  }
})
