import { BarController, BarElement, CategoryScale, Chart, LinearScale, Title } from 'chart.js'
import { createCanvas, defineWidget } from 'imgcast/widget'

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Title)
Chart.defaults.font.family = 'Inter'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun']

export default defineWidget({
  title: 'Sales',
  about: 'A bar chart by Chart.js. Scripts set its numbers: PUT /api/rooms/sales/main/state/sales.',
  size: { width: { min: 200, max: 1000, default: 360 }, height: { min: 120, max: 600, default: 200 } },

  load: async ({ state }) => (await state.get<number[]>('sales')) ?? [],
  example: [12, 19, 7, 15, 22, 28],

  draw(ctx, { data, width, height, scale }) {
    // Chart.js sets the size of its canvas, so it gets one of its own.
    const canvas = createCanvas(width, height)
    const chart = new Chart(canvas as never, {
      type: 'bar',
      data: { labels: MONTHS, datasets: [{ data, backgroundColor: '#539bf5' }] },
      options: {
        responsive: false,
        animation: false,
        layout: { padding: 10 },
        devicePixelRatio: scale,
        plugins: { title: { display: true, text: 'Sales, thousands', color: '#1f2328' } },
        scales: { y: { beginAtZero: true } },
      },
    })
    ctx.fillStyle = '#ffffff'
    ctx.beginPath()
    ctx.roundRect(0, 0, width, height, 10)
    ctx.fill()
    ctx.drawImage(canvas, 0, 0, width, height)
    chart.destroy()
  },
  json: ({ data }) => ({ months: MONTHS, sales: data }),
})
