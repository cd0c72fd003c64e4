import { type Attack, keepAsking } from './attack.ts'

/** 240 wrong URLs a second, each wrong in another way. */
export function askForBadUrls(attack: Attack, rate = 240): () => void {
  return keepAsking(attack, rate, (turn) => {
    const paths = [
      `/online/a.png?width=${turn}x`,
      `/nothing${turn}/a.png`,
      `/sine/a.png?color=nope${turn}&width=${100 + turn}`,
      `/grid/a.png?show=nope${turn}/a`,
    ]
    return paths[turn % paths.length] ?? '/'
  })
}
