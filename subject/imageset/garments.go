package imageset

// kinds returns what Shapes draws.
func kinds() []func(*painter) {
	return []func(*painter){tshirt, trousers, pullover, dress, coat, sandal, shirt, sneaker, bag, boot}
}

func tshirt(p *painter) {
	p.cloth(p.symmetric(
		point{0, -0.72}, point{0.24, -0.88}, point{0.55, -0.80}, point{0.98, -0.38}, point{0.76, -0.18},
		point{0.54, -0.40}, point{0.52, 0.88}, point{0, 0.90},
	))
	if p.random.IntN(2) == 0 { // a print
		p.seam(1.2, p.loose(point{-0.22, -0.1}, point{0.22, -0.1}, point{0.2, 0.2}, point{-0.2, 0.2})...)
	}
}

func trousers(p *painter) {
	p.cloth(p.symmetric(point{0, -0.95}, point{0.36, -0.95}, point{0.50, 0.95}, point{0.17, 0.95}, point{0.05, -0.35}, point{0, -0.40}))
	p.seam(0.5, point{-0.38, -0.78}, point{0.38, -0.78})
	p.seam(0.4, point{0, -0.78}, point{0, -0.45})
}

func pullover(p *painter) {
	p.cloth(sleeved(p, 0.88))
	p.seam(0.5, point{-0.55, 0.72}, point{0.55, 0.72})
}

// sleeved is the outline of a garment with long sleeves, down to a hem.
func sleeved(p *painter, hem float64) []point {
	cuff := p.between(0.45, 0.85)
	return p.symmetric(
		point{0, -0.78}, point{0.22, -0.88}, point{0.52, -0.80}, point{0.76, -0.58}, point{0.96, cuff}, point{0.72, cuff + 0.05},
		point{0.55, -0.20}, point{0.54, hem}, point{0, hem},
	)
}

func dress(p *painter) {
	flare := p.between(0.35, 0.75)
	if p.random.IntN(2) == 0 { // on straps
		p.cloth(p.symmetric(
			point{0, -0.55}, point{0.14, -0.62}, point{0.18, -0.95}, point{0.28, -0.95}, point{0.34, -0.55},
			point{0.24, -0.10}, point{flare, 0.95}, point{0, 0.97},
		))
	} else { // with short sleeves
		p.cloth(p.symmetric(
			point{0, -0.80}, point{0.16, -0.95}, point{0.36, -0.88}, point{0.60, -0.50}, point{0.46, -0.40}, point{0.32, -0.55},
			point{0.24, -0.10}, point{flare, 0.95}, point{0, 0.97},
		))
	}
	p.seam(0.5, point{-0.24, -0.08}, point{0.24, -0.08})
}

func coat(p *painter) {
	p.cloth(sleeved(p, 0.95))
	p.seam(0.6, point{0, -0.35}, point{0, 0.95})
	p.seam(0.5, p.loose(point{-0.24, -0.85}, point{0, -0.35})...)
	p.seam(0.5, p.loose(point{0.24, -0.85}, point{0, -0.35})...)
	for _, side := range []float64{-1, 1} { // pockets
		p.seam(0.4, point{0.2 * side, 0.38}, point{0.42 * side, 0.30})
	}
}

func shirt(p *painter) {
	p.cloth(sleeved(p, 0.90))
	p.seam(0.4, point{-0.2, -0.86}, point{0, -0.62}, point{0.2, -0.86})
	p.seam(0.3, point{0, -0.62}, point{0, 0.88})
	for y := -0.4; y < 0.8; y += 0.28 { // buttons
		p.seam(0.8, point{0.06, y}, point{0.08, y})
	}
}

func sandal(p *painter) {
	heel := p.between(0.1, 0.6)
	p.cloth(p.loose(
		point{-0.95, 0.45}, point{-0.30, 0.40}, point{0.50, 0.40 - heel}, point{0.95, 0.35 - heel}, point{0.95, 0.62}, point{0.72, 0.62},
		point{0.60, 0.60 - 0.8*heel}, point{-0.20, 0.60}, point{-0.95, 0.60},
	))
	p.line(p.loose(point{-0.80, 0.45}, point{-0.50, 0.02}, point{-0.20, 0.42}), 0.9)
	p.line(p.loose(point{-0.05, 0.40}, point{0.30, -0.10 - heel/2}, point{0.55, 0.38 - heel}), 0.9)
	if p.random.IntN(2) == 0 {
		p.line(p.loose(point{0.30, -0.10 - heel/2}, point{0.80, -0.30 - heel/2}, point{0.92, 0.35 - heel}), 0.9)
	}
}

func sneaker(p *painter) {
	collar := p.between(-0.45, -0.05)
	p.cloth(p.loose(
		point{-0.95, 0.42}, point{-0.90, 0.20}, point{-0.40, 0.05}, point{0.05, collar}, point{0.30, collar + 0.05},
		point{0.55, collar + 0.18}, point{0.90, collar - 0.05}, point{0.96, 0.42},
	))
	p.seam(0.5, point{-0.95, 0.46}, point{0.95, 0.46})
	p.line([]point{{-0.92, 0.58}, {0.94, 0.58}}, 1)
	for i := range 3 { // laces
		x, y := -0.35+0.16*float64(i), 0.06+(collar-0.02)*float64(i)/3
		p.seam(0.35, point{x, y}, point{x + 0.10, y + 0.16})
	}
}

func bag(p *painter) {
	top, flare := p.between(-0.30, 0.10), p.between(-0.1, 0.12)
	p.line(arc(point{0, top}, p.between(0.30, 0.55), p.between(0.35, 0.75), 1, 2), 0.9)
	p.cloth(p.symmetric(point{0, top}, point{0.82, top}, point{0.86 + flare, 0.80}, point{0, 0.82}))
	if p.random.IntN(2) == 0 { // a flap
		p.seam(0.5, p.loose(point{-0.84, top + 0.1}, point{-0.4, top + 0.45}, point{0.4, top + 0.45}, point{0.84, top + 0.1})...)
	}
	p.seam(0.9, point{-0.04, top + 0.45}, point{0.04, top + 0.45})
}

func boot(p *painter) {
	shaft := p.between(0.0, 0.25)
	p.cloth(p.loose(
		point{-0.95, 0.75}, point{-0.92, 0.50}, point{-0.45, 0.30}, point{-0.05 - shaft/2, -0.10}, point{-0.10 - shaft, -0.90}, point{0.62, -0.92},
		point{0.66, 0.10}, point{0.74, 0.55}, point{0.72, 0.90}, point{0.36, 0.90}, point{0.30, 0.75},
	))
	p.seam(0.5, point{-0.93, 0.66}, point{0.30, 0.66}, point{0.72, 0.60})
	if p.random.IntN(2) == 0 { // a zip
		p.seam(0.4, p.loose(point{0.30, -0.85}, point{0.32, 0.45})...)
	}
}
