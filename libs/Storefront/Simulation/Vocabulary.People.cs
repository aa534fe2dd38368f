namespace Driftline.Storefront.Simulation;

/// <summary>Family, fashion, sport, pets and beauty.</summary>
internal static partial class Vocabulary
{
    private static DepartmentWords Family => new("Baby & Kids", "Tumbletot, Little Heron, Acorn & Me, Buttonmoon, Dozy Bear, Pipkin",
        "Lullaby, Puddle, Hopscotch, Starling, Nutkin, Rainbow Lane, Skylark, Dandelion, Pebble, Giggle",
        [
            new("Nappies & Baby Care", 0.5, 13, 0.4, "nappies, baby wipes, bath wash, barrier cream, changing mats, muslin cloths, cotton pads", "fragrance-free, organic, overnight, newborn, hypoallergenic, biodegradable",
                "stays dry all night, is kind to new skin, seals quickly, comes without dyes, fits wriggly babies", "every change", Packs, ["Baby Clothing", "Nursery"], Consumable: true),
            new("Nursery", 0.4, 84, 0.8, "cot, baby monitor, mobile, night light, nursing chair, changing table, baby carrier, pram", "solid beech, convertible, padded, folding, breathable, musical",
                "grows with the child, folds with one hand, meets every safety norm, soothes in minutes, is easy to wipe", "the first year", Colours, ["Nappies & Baby Care", "Baby Clothing"]),
            new("Baby Clothing", 0.5, 17, 0.4, "sleepsuit, baby vest, romper, knitted bootees, sun hat, pram suit, dungarees", "organic cotton, ribbed, fleece, jersey, hand-knitted, quilted",
                "has poppers that last, leaves room to grow, washes at sixty degrees, has no scratchy seams, comes in a gift box", "small people", Fits, ["Nappies & Baby Care", "Nursery"]),
            new("Toys", 0.9, 22, 0.6, "building blocks, jigsaw puzzle, soft bear, train set, board game, dolls' house, science kit, kite", "wooden, plush, magnetic, recycled, glow-in-the-dark, hand-painted",
                "keeps them busy for hours, has no small parts, needs no batteries, packs away neatly, is fun for adults too", "rainy afternoons", Sizes, ["Children's Books", "Party Supplies"]),
            new("Children's Books", 0.7, 8, 0.3, "picture book, bedtime stories, activity book, first reader, pop-up book, sticker book, atlas", "rhyming, touch-and-feel, illustrated, funny, animal, adventure",
                "begs to be read again, has thick pages, teaches without preaching, makes bedtime easy, rewards sharp eyes", "reading together", Editions, ["Toys", "Novels"]),
        ]);

    private static DepartmentWords Fashion => new("Fashion", "Marchpane, Ostler & Vale, Coraline Reed, Northquay, Selkie, Fable Thread",
        "Aster, Harbour, Margot, Weekend, Riviera, Atelier, Moorland, Capri, Studio, Linnet",
        [
            new("Dresses", 0.9, 62, 0.5, "midi dress, wrap dress, shirt dress, maxi dress, pinafore, sundress, jersey dress", "linen, viscose, floral, pleated, organic cotton, satin",
                "has real pockets, moves as you do, needs no ironing, flatters every shape, goes from desk to dinner", "warm days and weddings", Fits, ["Shoes", "Jewellery"]),
            new("Shirts & Tops", 1.1, 34, 0.5, "oxford shirt, t-shirt, blouse, polo shirt, henley, camisole, overshirt", "slub cotton, poplin, striped, chambray, modal, lyocell",
                "keeps its shape, has a soft collar, tucks in neatly, breathes in the heat, comes in long fits", "any wardrobe", Fits, ["Knitwear", "Shoes"]),
            new("Knitwear", 0.8, 68, 0.5, "crew neck jumper, cardigan, roll neck, knitted vest, scarf, beanie, cable jumper", "merino, lambswool, alpaca, cotton, cashmere, chunky",
                "does not itch, layers well, keeps you warm in wind, resists pilling, is knitted in one piece", "cold mornings", Fits, ["Shirts & Tops", "Bags"]),
            new("Shoes", 1.0, 79, 0.5, "trainers, chelsea boots, loafers, sandals, ankle boots, canvas shoes, slippers", "leather, suede, vegan, waterproof, cork-sole, cushioned",
                "needs no breaking in, grips on wet stone, has a cushioned sole, can be resoled, is true to size", "long walks in town", Fits, ["Bags", "Dresses"]),
            new("Bags", 0.7, 64, 0.6, "tote bag, backpack, crossbody bag, weekend bag, clutch, belt bag, card holder", "full-grain leather, waxed canvas, quilted, recycled nylon, woven, pebbled",
                "fits a laptop, has a pocket for everything, ages beautifully, sits flat against the back, shrugs off rain", "days out", Colours, ["Shoes", "Jewellery"]),
            new("Jewellery", 0.7, 42, 0.8, "hoop earrings, pendant necklace, stacking rings, bracelet, brooch, ear studs, anklet", "sterling silver, gold-plated, pearl, hammered, birthstone, enamel",
                "does not tarnish, comes in a velvet pouch, is light enough to forget, catches the light, can be engraved", "gifts and good days", Packs, ["Dresses", "Gift Wrap & Cards"]),
        ]);

    private static DepartmentWords Sport => new("Sports & Outdoors", "Fellrunner, Tarn & Summit, Velopeak, Kestrel Sport, Longstride, Basecamp Nine",
        "Ascent, Tempo, Cairn, Gradient, Zephyr, Col, Stride, Boreal, Pacer, Scree",
        [
            new("Running", 0.8, 58, 0.6, "running shoes, running vest, hydration belt, running tights, head torch, running socks, windproof jacket", "lightweight, reflective, breathable, cushioned, seamless, trail",
                "wicks sweat away, does not chafe, glows in headlights, bounces back mile after mile, packs into its own pocket", "first miles and marathons", Fits, ["Yoga & Fitness", "Headphones"]),
            new("Cycling", 0.7, 52, 0.8, "bike helmet, bike lights, floor pump, pannier bag, cycling gloves, bike lock, repair kit, cycling jersey", "aero, rechargeable, waterproof, hardened steel, padded, reflective",
                "fits under a saddle, stays bright for ten hours, resists bolt cutters, adjusts with one dial, weighs next to nothing", "commutes and climbs", Models, ["Running", "Camping & Hiking"]),
            new("Yoga & Fitness", 0.8, 28, 0.6, "yoga mat, resistance bands, kettlebell, foam roller, skipping rope, dumbbells, exercise ball", "natural rubber, cork, extra-thick, adjustable, cast iron, non-slip",
                "does not slip, rolls up small, smells of nothing, suits beginners, lasts for years", "training at home", Sizes, ["Running", "Headphones"]),
            new("Camping & Hiking", 0.7, 76, 0.8, "two-person tent, sleeping bag, camping stove, hiking boots, rucksack, trekking poles, sleeping mat, cool box", "ultralight, waterproof, three-season, insulated, ripstop, inflatable",
                "pitches in five minutes, keeps out heavy rain, packs down tiny, is warm to freezing, has taped seams", "nights under the stars", Models, ["Cycling", "Cameras"]),
            new("Winter Sports", 0.4, 98, 0.7, "ski jacket, ski goggles, thermal base layer, ski gloves, sledge, snow boots, helmet liner", "insulated, merino, anti-fog, waterproof, down-filled, stretch",
                "stays warm at minus ten, never fogs, has a pass pocket, vents on the climb, fits over a helmet", "days on the snow", Fits, ["Knitwear", "Camping & Hiking"]),
        ]);

    private static DepartmentWords PetsAndBeauty => new("Pets & Beauty", "Waggle & Co, Whiskerfield, Dewmore, Saltmarsh Botanics, Mira Lune, Pawsley",
        "Daily, Botanica, Gentle, Wild, Calm, Bloom, Pure, Tender, Fresh, Velvet",
        [
            new("Dog Supplies", 0.8, 21, 0.7, "dog food, dog bed, dog lead, chew toy, dog coat, training treats, dog bowl", "grain-free, orthopaedic, braided, natural rubber, waterproof, slow-feed",
                "survives strong jaws, goes in the washing machine, is loved by fussy eaters, keeps tails wagging, has no additives", "good dogs", Packs, ["Cat Supplies"], Consumable: true),
            new("Cat Supplies", 0.7, 19, 0.6, "cat food, cat litter, scratching post, cat tunnel, catnip mouse, cat bed, water fountain", "clumping, sisal, grain-free, quiet, plush, recycled",
                "keeps claws off the sofa, hides every smell, is silent at night, suits indoor cats, comes with refills", "cats of all moods", Packs, ["Dog Supplies"], Consumable: true),
            new("Skincare", 1.0, 24, 0.6, "face cream, cleanser, serum, sunscreen, clay mask, hand cream, lip balm", "fragrance-free, vitamin C, hyaluronic, oat, SPF 30, rosehip",
                "sinks in at once, calms red skin, leaves no residue, suits sensitive skin, works under make-up", "morning and night", Packs, ["Haircare", "Fragrance"], Consumable: true),
            new("Haircare", 0.8, 14, 0.5, "shampoo bar, conditioner, hair oil, styling cream, hair brush, leave-in mist, scalp scrub", "sulphate-free, argan, volumising, curl, coconut, rosemary",
                "tames frizz, rinses clean, makes combs glide, lasts two months, needs no plastic", "good hair days", Packs, ["Skincare"], Consumable: true),
            new("Fragrance", 0.5, 56, 0.6, "eau de parfum, cologne, body mist, travel spray, perfume oil, discovery set", "citrus, woody, amber, green, floral, smoky",
                "lasts from breakfast to bed, opens bright and dries down warm, draws compliments, fits in a pocket, is never too loud", "a signature", Sizes, ["Skincare", "Gift Wrap & Cards"]),
        ]);
}
