package certify

// Settings says how to minimise the bound and what a certificate asks for. Nil stands for all the defaults.
type Settings struct {
	// Residual is the largest ‖nλ∘t − 1‖₂ at which a minimisation of the bound counts as closed. Steps go on
	// below it for as long as they gain. Zero means 1e-10.
	Residual float64
	// MaxIterations is the most Newton steps. Zero means 100.
	MaxIterations int
	// GapTol is the largest duality gap, its rounding error included, of a certified tuple, in units of the
	// fitness. The rounding error alone must be below a tenth of it. Zero means 1e-10.
	GapTol float64
}

// withDefaults returns s with its zeros replaced.
func (s *Settings) withDefaults() Settings {
	var set Settings
	if s != nil {
		set = *s
	}
	if set.Residual == 0 {
		set.Residual = 1e-10
	}
	if set.MaxIterations == 0 {
		set.MaxIterations = 100
	}
	if set.GapTol == 0 {
		set.GapTol = 1e-10
	}
	return set
}
