import { defineWidget, param, type ShownPicture } from 'imgcast'

const MOST_COLUMNS = 12

export default defineWidget({
  title: 'Grid',
  about: 'Several pictures in one, over one connection: browsers open only six to a host.',
  params: {
    show: param.text('online,traffic-light,sine?width=300&height=150', {
      max: 1500,
      about: 'Pictures with commas between: online/blog,sine/x?color=red',
    }),
    columns: param.integer(0, {
      min: 0,
      max: MOST_COLUMNS,
      about: 'Pictures in a row; 0 finds a fitting number.',
    }),
    gap: param.integer(12, { min: 0, max: 200, about: 'Pixels between the pictures.' }),
    padding: param.integer(0, { min: 0, max: 200, about: 'Pixels around them all.' }),
    align: param.choice(['center', 'start'], 'center', {
      about: 'Where smaller pictures stand in their cells.',
    }),
    background: param.color('transparent'),
  },
  shows: ({ params }) =>
    params.show
      .split(',')
      .map((path) => path.trim())
      .filter((path) => path !== ''),
  size: (params, { pictures }) => layOut(params, pictures),
  draw(ctx, { params, pictures, width, height }) {
    ctx.fillStyle = params.background
    ctx.fillRect(0, 0, width, height)
    if (pictures.length === 0) {
      ctx.font = '500 13px Inter'
      ctx.fillStyle = '#80868b'
      ctx.textAlign = 'center'
      ctx.fillText('show= names no pictures', width / 2, height / 2 + 5)
    }
    for (const { picture, x, y } of layOut(params, pictures).cells) {
      ctx.drawImage(picture.image, x, y, picture.width, picture.height)
    }
  },
  data: ({ room, params, connections, visitors, peak }) => ({
    room,
    connections,
    visitors,
    peak,
    show: params.show.split(','),
  }),
})

interface Layout {
  columns: number
  gap: number
  padding: number
  align: 'center' | 'start'
}

/** Columns as wide as their widest picture, rows as high as their highest. */
function layOut({ columns, gap, padding, align }: Layout, pictures: readonly ShownPicture[]) {
  const across = Math.min(pictures.length, columns || Math.ceil(Math.sqrt(pictures.length)))
  const down = Math.ceil(pictures.length / Math.max(1, across))
  const lengths = (count: number, side: 'width' | 'height', placeOf: (index: number) => number) =>
    Array.from({ length: count }, (_, place) =>
      Math.max(...pictures.filter((_, index) => placeOf(index) === place).map((picture) => picture[side])),
    )
  const widths = lengths(across, 'width', (index) => index % across)
  const heights = lengths(down, 'height', (index) => Math.floor(index / across))
  const start = (sizes: number[], place: number) =>
    sizes.slice(0, place).reduce((sum, size) => sum + size + gap, padding)
  const cells = pictures.map((picture, index) => {
    const [column, row] = [index % across, Math.floor(index / across)]
    const slack = align === 'center' ? 0.5 : 0
    const x = start(widths, column) + Math.round(((widths[column] ?? 0) - picture.width) * slack)
    const y = start(heights, row) + Math.round(((heights[row] ?? 0) - picture.height) * slack)
    return { picture, x, y }
  })
  const whole = (sizes: number[]) => start(sizes, sizes.length) - gap + padding
  if (pictures.length === 0) return { cells, width: 220, height: 60 }
  return { cells, width: whole(widths), height: whole(heights) }
}
