import { defineWidget, failure, param } from 'imgcast/widget'

/** The part of open-meteo.com's response that the card shows. */
interface Weather {
  degrees: number
  wind: number
  code: number
}

const CITIES = {
  berlin: { latitude: 52.52, longitude: 13.41 },
  lagos: { latitude: 6.45, longitude: 3.39 },
  lima: { latitude: -12.05, longitude: -77.04 },
  tokyo: { latitude: 35.68, longitude: 139.69 },
}
const SKIES: [highest: number, words: string, symbol: 'sun' | 'cloud' | 'rain'][] = [
  [1, 'Clear', 'sun'],
  [48, 'Cloudy', 'cloud'],
  [99, 'Rain', 'rain'],
]

export default defineWidget({
  title: 'Weather',
  about: 'The weather of a city, fetched at most every ten minutes.',
  size: { width: 240, height: 96 },
  // Only these rooms exist: no reader can make the server fetch anything else.
  key: param.choice(['berlin', 'lagos', 'lima', 'tokyo']),

  // One request serves all sizes and formats of a city. While the service is down, the card shows the last weather.
  load: {
    keep: '10m',
    staleIfError: '1d',
    async run({ key, signal }): Promise<Weather> {
      const { latitude, longitude } = CITIES[key as keyof typeof CITIES]
      const server = process.env.WEATHER_URL ?? 'https://api.open-meteo.com'
      const query = `latitude=${latitude}&longitude=${longitude}&current=temperature_2m,wind_speed_10m,weather_code`
      try {
        const response = await fetch(`${server}/v1/forecast?${query}`, { signal })
        if (!response.ok) throw new Error(`got status ${response.status}`)
        const { current } = (await response.json()) as { current: Record<string, number> }
        return {
          degrees: current.temperature_2m ?? 0,
          wind: current.wind_speed_10m ?? 0,
          code: current.weather_code ?? 0,
        }
      } catch (cause) {
        throw failure('The weather service is down', { status: 503, cause })
      }
    },
  },
  example: { degrees: 21.4, wind: 12, code: 3 },

  draw(ctx, { key, data, width, height }) {
    const [, words, symbol] = SKIES.find(([highest]) => data.code <= highest) ?? [0, 'Weather', 'cloud']
    const sky = ctx.createLinearGradient(0, 0, width, height)
    sky.addColorStop(0, symbol === 'sun' ? '#2a7de1' : '#4b5d73')
    sky.addColorStop(1, symbol === 'sun' ? '#5fb0f5' : '#74879d')
    ctx.fillStyle = sky
    ctx.beginPath()
    ctx.roundRect(0, 0, width, height, 14)
    ctx.fill()

    // The sun, and a cloud of three circles in front of it.
    ctx.fillStyle = '#ffd75e'
    ctx.beginPath()
    ctx.arc(194, 36, symbol === 'sun' ? 22 : 15, 0, Math.PI * 2)
    ctx.fill()
    if (symbol !== 'sun') {
      ctx.fillStyle = '#f4f7fb'
      ctx.beginPath()
      for (const [x, y, radius] of [
        [172, 52, 13],
        [190, 46, 17],
        [208, 54, 11],
      ] as const)
        ctx.arc(x, y, radius, 0, Math.PI * 2)
      ctx.roundRect(160, 50, 58, 15, 7)
      ctx.fill()
    }
    if (symbol === 'rain') {
      ctx.strokeStyle = '#cfe3ff'
      ctx.lineWidth = 2.5
      for (const x of [172, 188, 204]) {
        ctx.beginPath()
        ctx.moveTo(x, 71)
        ctx.lineTo(x - 5, 82)
        ctx.stroke()
      }
    }

    ctx.fillStyle = '#ffffff'
    ctx.font = '500 14px Inter'
    ctx.fillText(key.charAt(0).toUpperCase() + key.slice(1), 18, 27)
    ctx.font = '600 34px Inter'
    ctx.fillText(`${Math.round(data.degrees)}°`, 16, 62)
    ctx.font = '500 12px Inter'
    ctx.fillText(`${words}, wind ${Math.round(data.wind)} km/h`, 18, 82)
  },
  json: ({ key, data }) => ({ city: key, ...data }),
})
